"""Everything in this folder is loaded."""
