"""Papers as files: plain text, DOCX, tagged PDF and calendar entries, all made from the same blocks."""
