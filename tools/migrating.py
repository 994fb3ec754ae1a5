"""The application with Flask-Migrate's commands: `flask --app tools.migrating db …`."""

from flask_migrate.cli import db

from wsgi import app

app.cli.add_command(db)
