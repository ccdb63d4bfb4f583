"""The Data stage."""

from studio.pages.data.page import DataPage

__all__ = ["DataPage"]
