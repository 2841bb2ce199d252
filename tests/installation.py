"""What a new installation is: every migration, the roles with their permissions, and nobody in it."""

from flask_migrate import upgrade


def install(url: str) -> None:
    """Make the tables in the empty database at `url`, the way an operator does."""
    from app import create_app

    app = create_app({"SQLALCHEMY_DATABASE_URI": url})
    with app.app_context():
        upgrade()
