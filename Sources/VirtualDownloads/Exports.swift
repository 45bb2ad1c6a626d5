@_exported public import DownloadCore
// `HTTPDate.now`.
@_exported public import DownloadSystem
// A view's methods, statuses and header fields are of its types.
@_exported public import HTTPTypes
