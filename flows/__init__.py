"""What a dialogue is: flows, scripts and conditions as plain data. Pure."""
