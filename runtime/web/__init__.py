"""What the outside reaches: chat API, page events, WebSocket, health."""
