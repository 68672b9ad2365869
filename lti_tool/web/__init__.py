"""What all pages share: who is here, guards, headers, error pages, template globals."""
