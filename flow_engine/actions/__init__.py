"""What people do with tasks, one file each."""
