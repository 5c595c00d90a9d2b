"""Where people answer: who waits, taking over, replying, handing back."""
