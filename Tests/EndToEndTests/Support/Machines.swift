import Foundation
import Synchronization
import TestSupport

/// A web server with three machines behind it, each a program with a port and a spool of its own, as `deploy/`
/// configures them.
final class Machines: Sendable {
    enum Balancer: String, CaseIterable, Sendable {
        case nginx, haproxy

        var program: Program { self == .nginx ? .nginx : .haproxy }
    }

    static let count = 3

    let directory: WorkDirectory
    private let balancer: Balancer
    private let port: Int
    private let ports: [Int]
    private let programs: Mutex<[RunningProgram]>

    static func start(_ balancer: Balancer) async throws -> Machines {
        let directory = try WorkDirectory()
        do {
            return try await Machines(balancer, in: directory)
        } catch {
            directory.close()
            throw error
        }
    }

    private init(_ balancer: Balancer, in directory: WorkDirectory) async throws {
        self.directory = directory
        self.balancer = balancer
        port = try freePort()
        let ports = try (0..<Self.count).map { _ in try freePort() }
        self.ports = ports
        programs = Mutex(
            try (0..<Self.count).map { try Self.startMachine($0, on: ports[$0], of: balancer, in: directory) }
        )
        for machine in 0..<Self.count { try await waitForMachine(machine) }
        let server = try Self.startServer(balancer, on: port, before: ports, in: directory)
        let machines = self
        let answers = try await server.isReady(on: port) {
            try await machines.curl("/bench/hello").text == "Hello world!\n"
        }
        guard answers else {
            throw ServerFailure(description: "\(balancer) does not answer: \(server.errorText)")
        }
    }

    // MARK: - The machines

    /// Kills a machine, as when its power fails.
    func kill(_ machine: Int) async {
        let program = programs.withLock { $0[machine] }
        program.signal(SIGKILL)
        _ = await program.status
    }

    /// Ends a machine in order.
    ///
    /// - Returns: Its exit status.
    func stop(_ machine: Int) async -> Int32 {
        let program = programs.withLock { $0[machine] }
        program.signal(SIGTERM)
        return await program.status
    }

    /// Starts one again that has ended, with the spool that it had.
    func restart(_ machine: Int) async throws {
        let program = try Self.startMachine(machine, on: ports[machine], of: balancer, in: directory)
        programs.withLock { $0[machine] = program }
        try await waitForMachine(machine)
    }

    /// How often each machine has generated what a key stands for; nil for one that does not answer.
    func generations(of key: String) async -> [Int?] {
        var counts: [Int?] = []
        for machine in 0..<Self.count {
            counts.append(await ask(machine, "/spooled/count?key=\(key)").flatMap { Int($0) })
        }
        return counts
    }

    /// How many whole files a machine's spool has.
    func files(of machine: Int) -> Int {
        let spool = Self.spool(of: machine, in: directory)
        let all = FileManager.default.enumerator(atPath: spool)?.compactMap { $0 as? String } ?? []
        return all.count { $0.split(separator: "-").count == 5 }
    }

    /// Asks a machine past the web server; nil if it does not answer.
    private func ask(_ machine: Int, _ path: String) async -> String? {
        guard let answer = await FastCGIClient.get(prefix + path, at: .port(ports[machine])) else { return nil }
        return answer.range(of: "\r\n\r\n").map { answer[$0.upperBound...].trimmingCharacters(in: .newlines) }
    }

    private func waitForMachine(_ machine: Int) async throws {
        let program = programs.withLock { $0[machine] }
        guard
            await program.isReady(on: ports[machine], { await ask(machine, "/bench/hello") == "Hello world!" })
        else {
            throw ServerFailure(description: "machine \(machine) does not answer: \(program.errorText)")
        }
    }

    private static func spool(of machine: Int, in directory: WorkDirectory) -> String {
        directory.file("spool-\(machine)")
    }

    private static func startMachine(
        _ machine: Int,
        on port: Int,
        of balancer: Balancer,
        in directory: WorkDirectory
    ) throws -> RunningProgram {
        try TestSite.start(
            ["serve", "--listen", "127.0.0.1:\(port)", "--spool", spool(of: machine, in: directory)]
                + (balancer == .haproxy ? ["--mount", "/downloads"] : []),
            in: directory
        )
    }

    // MARK: - The web server

    private var prefix: String { balancer == .haproxy ? "/downloads" : "" }

    func url(_ path: String) -> String { "http://127.0.0.1:\(port)\(prefix)\(path)" }

    func startCurl(_ path: String, _ options: [String]) throws -> RunningProgram {
        try RunningProgram(
            Program.curl.requiredPath(),
            ["-sS", "-N", "--noproxy", "*", "-D", "/dev/stderr", "--max-time", "300"] + options + [url(path)],
            in: directory
        )
    }

    func curl(_ path: String, _ options: String...) async throws -> Transfer {
        try await Transfer(startCurl(path, options))
    }

    /// What an administrator edits in a file of `deploy/`: the machines' addresses.
    private static func deployed(
        _ name: String,
        for ports: [Int],
        in directory: WorkDirectory
    ) throws -> String {
        var text = try String(contentsOfFile: "\(TestSite.deploy)/\(name)", encoding: .utf8)
        for (number, port) in ports.enumerated() {
            text = text.replacing("server 10.0.0.\(number + 1):9000", with: "server 127.0.0.1:\(port)")
                .replacing(" 10.0.0.\(number + 1):9000\n", with: " 127.0.0.1:\(port)\n")
        }
        return try directory.write(text, to: name.replacing("/", with: "-"))
    }

    private static func startServer(
        _ balancer: Balancer,
        on port: Int,
        before ports: [Int],
        in directory: WorkDirectory
    ) throws -> RunningProgram {
        let machines = try deployed(
            "\(balancer)/machines.\(balancer == .nginx ? "conf" : "cfg")",
            for: ports,
            in: directory
        )
        switch balancer {
        case .nginx:
            let temporary = ["client_body", "fastcgi", "proxy", "scgi", "uwsgi"]
                .map { "\($0)_temp_path \(directory.file($0));" }.joined(separator: "\n")
            let file = try directory.write(
                """
                daemon off;
                worker_processes 2;
                pid \(directory.file("nginx.pid"));
                error_log \(directory.file("error.log"));
                events { worker_connections 1024; }
                http {
                    access_log off;
                    \(temporary)
                    include "\(machines)";
                    server {
                        listen 127.0.0.1:\(port);
                        include "\(TestSite.deploy)/nginx/downloads.conf";
                    }
                }
                """,
                to: "nginx.conf"
            )
            return try RunningProgram(
                Program.nginx.requiredPath(),
                ["-e", directory.file("error.log"), "-p", directory.path, "-c", file],
                in: directory
            )
        case .haproxy:
            let file = try directory.write(
                """
                defaults
                    mode http
                    timeout client 60s
                frontend site
                    bind 127.0.0.1:\(port)
                    use_backend downloads_machines if { path_beg /downloads/ }

                """,
                to: "haproxy.cfg"
            )
            return try RunningProgram(
                Program.haproxy.requiredPath(),
                ["-db", "-f", file, "-f", "\(TestSite.deploy)/haproxy/downloads.cfg", "-f", machines],
                in: directory
            )
        }
    }
}
