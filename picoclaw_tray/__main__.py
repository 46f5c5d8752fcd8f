"""``python -m picoclaw_tray`` is the same as ``picoclaw-tray``."""

from __future__ import annotations

from picoclaw_tray.cli import main

if __name__ == "__main__":
    main()
