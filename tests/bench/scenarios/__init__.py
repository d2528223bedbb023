"""What is measured: each module has the lines of the table that it fills in LINES."""
