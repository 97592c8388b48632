"""What is shown in a notebook: the paired player, the prompt form, the rating panel."""
