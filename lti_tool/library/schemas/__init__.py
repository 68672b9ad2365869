"""What each type of file in a content pack may hold. Only shape stands here; meaning is the rules' business."""
