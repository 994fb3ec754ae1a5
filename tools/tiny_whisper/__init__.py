"""Makes the small Whisper checkpoint that Heard's own tests listen with."""
