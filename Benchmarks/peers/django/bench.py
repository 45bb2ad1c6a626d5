"""The original, django-downloadview, as its documentation writes a VirtualDownloadView, served by a WSGI server."""
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import path

settings.configure(
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    SECRET_KEY="a benchmark has no secrets",
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
    INSTALLED_APPS=["django_downloadview"],
)
application = get_wsgi_application()

from django_downloadview import TextIteratorIO, VirtualDownloadView, VirtualFile  # noqa: E402  (needs the settings)

PIECE = "x" * 65536
ROW = "0000001,customer-000001,0000.01\n"


def pieces(n):
    while n > 0:
        yield PIECE[:n] if n < len(PIECE) else PIECE
        n -= len(PIECE)


class Hello(VirtualDownloadView):
    def get_file(self):
        return VirtualFile(TextIteratorIO(iter(["Hello, ", "world", "\n"])), name="hello.txt")


class Generated(VirtualDownloadView):
    def get_file(self):
        n = int(self.request.GET["n"])
        return VirtualFile(TextIteratorIO(pieces(n)), name="gen.bin")


class Rows(VirtualDownloadView):
    def get_file(self):
        n = int(self.request.GET["n"])
        return VirtualFile(TextIteratorIO(ROW for _ in range(n)), name="rows.csv")


urlpatterns = [
    path("bench/hello", Hello.as_view()),
    path("bench/gen", Generated.as_view()),
    path("bench/rows", Rows.as_view()),
]
