"""The audit trail of the web application: who asked, saw and decided what."""
