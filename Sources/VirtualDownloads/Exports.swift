@_exported public import DownloadCore
