@_exported public import DownloadCore
// A view's methods, statuses and header fields are of its types.
@_exported public import HTTPTypes
