"""Icons of picoclaw-tray; installed as the package ``picoclaw_tray.resources``."""
