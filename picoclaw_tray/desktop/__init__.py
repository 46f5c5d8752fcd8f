"""Shows and acts: the Qt objects. Nothing outside this room and the composition root knows Qt."""
