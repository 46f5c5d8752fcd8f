"""``python -m picoclaw_tray`` and ``python /path/picoclaw_tray`` are ``picoclaw-tray``.

The latter starts a checkout from any folder, whether it is installed or not.
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":
    folder = Path(__file__).parent
    root = str(folder.absolute().parent)
    if Path(sys.path[0]) == folder:  # run as a folder, whose modules would hide those of others
        sys.path[0] = root

    import picoclaw_tray
    from picoclaw_tray.cli import main

    # A checkout has its resources beside the package; installed, they are inside.
    picoclaw_tray.__path__.append(root)
    main()
