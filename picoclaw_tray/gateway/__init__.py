"""Knows PicoClaw: its files, its answers, its command line. Values in, values out."""
