"""Words: turns one situation into what a person or a script is told."""
