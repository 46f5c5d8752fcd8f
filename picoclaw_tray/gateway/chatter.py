"""What every start prints and what tells nothing of an end: the banner and progress lines."""

from __future__ import annotations

import re

_BANNER = re.compile(r"[\s\u2500-\u259f]*")  # box drawing and blocks; blank lines set them off
_TIME_ZONE = re.compile(
    r"(?:TZ|ZONEINFO) environment: |Time zone loaded successfully: |Error loading time zone: "
)
_PROGRESS = re.compile(r"(?:  )?[✓⚠📦🔍🔄]|  • (?:Tools|Skills): |Press Ctrl\+C to stop$")


def is_banner(line: str) -> bool:
    """Whether a line belongs to what is printed before anything happens (contract 4.1)."""
    return _BANNER.fullmatch(line) is not None or _TIME_ZONE.match(line) is not None


def is_chatter(line: str) -> bool:
    """Whether a line is banner or progress (contract 4.8); true of a blank line too."""
    return is_banner(line) or _PROGRESS.match(line) is not None
