"""Files that the program reads: icons, fonts, design tokens, samples, templates and help."""
