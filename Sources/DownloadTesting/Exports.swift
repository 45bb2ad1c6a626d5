// What a test builds requests of and compares responses with.
@_exported public import DownloadCore
@_exported public import HTTPTypes
