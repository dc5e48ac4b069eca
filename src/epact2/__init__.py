"""epact2: England's prescribing data, any question answered exactly."""

__version__ = "0.1.0"
