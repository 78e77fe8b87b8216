"""The pocket world's models: their documents, tokenizer, training and skills."""
