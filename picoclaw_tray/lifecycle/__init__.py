"""Decides: the life of one gateway as data. Knows neither PicoClaw nor the computer."""
