// Sources that block their thread: a part of writing views.
@_exported public import DownloadBlocking
@_exported public import DownloadCore
// `HTTPDate.now`.
@_exported public import DownloadSystem
// A view's methods, statuses and header fields are of its types.
@_exported public import HTTPTypes

// The defaults of an application's server.
@_exported public import struct FastCGI.FastCGIConfiguration
// A view's log.
@_exported public import struct Logging.Logger
