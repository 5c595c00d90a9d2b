"""Other systems that effects may reach, one module each."""
