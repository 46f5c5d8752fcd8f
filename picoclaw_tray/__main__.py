"""``python -m picoclaw_tray`` and ``python /path/picoclaw_tray`` are ``picoclaw-tray``.

The latter starts a checkout from any folder, whether it is installed or not.
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":
    root = str(Path(__file__).absolute().parent.parent)
    if not __package__:  # run as a folder, whose modules would hide those of others
        sys.path[0] = root

    import picoclaw_tray
    from picoclaw_tray.cli import main

    # A checkout has its resources beside the package; installed, they are inside.
    picoclaw_tray.__path__.append(root)
    main()
