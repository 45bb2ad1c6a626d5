// What calls of the kernel fail with, and the time of a request.
@_exported public import DownloadSystem
