"""How each text head is trained; run by tools/train_text_heads.py."""
