"""The studio: the desktop application. Qt lives here and only here."""
