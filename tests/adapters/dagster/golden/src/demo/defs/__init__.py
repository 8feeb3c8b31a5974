"""What `definitions.py` loads."""
