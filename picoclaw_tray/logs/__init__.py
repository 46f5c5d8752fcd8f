"""Understands output: bytes become lines, lines become entries; masks secrets on the way out."""
