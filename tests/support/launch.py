"""A plan for tests that need one and start nothing."""

from __future__ import annotations

from picoclaw_tray.lifecycle.messages import LaunchPlan

PLAN = LaunchPlan(program="picoclaw", arguments=("gateway", "-E"), environment={}, directory="/")
