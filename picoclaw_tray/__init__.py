"""A desktop companion that starts, watches and explains a PicoClaw gateway."""

__version__ = "0.1.0"
