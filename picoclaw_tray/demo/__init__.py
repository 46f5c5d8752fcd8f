"""The stand-in gateway: looks like PicoClaw to a supervisor, fails in every way on demand."""
