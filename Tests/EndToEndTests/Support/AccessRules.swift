/// Rules of access in each server's own words, as an administrator writes them: to nobody `/paths/Kunden.csv` and what
/// is below `/paths/Kunden/`; and of `/island/` only what is below `/island/open/`, to everybody.
enum AccessRules {
    static func nginx(_ prefix: String) -> String {
        """
        location = \(prefix)/paths/Kunden.csv { deny all; }
        location \(prefix)/paths/Kunden/ { deny all; }
        location \(prefix)/island/ { deny all; }
        location \(prefix)/island/open/ { fastcgi_pass downloads; }
        """
    }

    static func apache(_ prefix: String) -> String {
        [
            ("paths/Kunden.csv", "denied"), ("paths/Kunden/", "denied"), ("island/", "denied"),
            ("island/open/", "granted"),
        ]
        .map { "<Location \"\(prefix)/\($0.0)\">\nRequire all \($0.1)\n</Location>" }.joined(separator: "\n")
    }

    static func lighttpd(_ prefix: String) -> String {
        """
        server.modules += ( "mod_access" )
        $HTTP["url"] =~ "^\(prefix)/(paths/Kunden(\\.csv$|/)|island/(?!open/))" { url.access-deny = ( "" ) }
        """
    }

    static func caddy(_ prefix: String) -> String {
        """
        @denied path \(prefix)/paths/Kunden.csv \(prefix)/paths/Kunden/*
        respond @denied 403
        @closed {
            path \(prefix)/island/*
            not path_regexp ^\(prefix)/island/open/
        }
        respond @closed 403
        """
    }

    static func haproxy(_ prefix: String) -> String {
        """
        http-request deny if { path \(prefix)/paths/Kunden.csv }
        http-request deny if { path_beg \(prefix)/paths/Kunden/ }
        http-request deny if { path_beg \(prefix)/island/ } !{ path_beg \(prefix)/island/open/ }
        """
    }
}
