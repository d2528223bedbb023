"""The commands: arguments, output, exit status."""
