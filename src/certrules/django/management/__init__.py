"""What ``manage.py`` runs."""
