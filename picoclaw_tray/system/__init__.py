"""Touches the computer: files, processes, HTTP. No Qt."""
