"""Clips whose every brightness value is known."""

from tests.lossless import film, texture

__all__ = ["film", "texture"]
