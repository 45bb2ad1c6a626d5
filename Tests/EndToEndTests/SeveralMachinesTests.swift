import Foundation
import TestSupport
import Testing

/// Three machines behind one web server: a file is generated on one of them, and when that is gone on another.
@Suite(.needs(.curl), .blocking, .timeLimit(.minutes(60)))
struct SeveralMachinesTests {
    private static let count = 3_000_005

    private static let content = numberedLines(count)

    private static let keys = (0..<12).map { "key-\($0)" }

    private static func path(_ key: String, _ count: Int = count) -> String {
        "/spooled/numbers?n=\(count)&key=\(key)&size=1"
    }

    private func withMachines(
        _ balancer: Machines.Balancer,
        _ body: (Machines) async throws -> Void
    ) async throws {
        guard balancer.program.path != nil else {
            guard Program.allAreRequired else { try Test.cancel(Comment(rawValue: balancer.program.advice)) }
            throw Program.Missing(description: balancer.program.advice)
        }
        let machines = try await Machines.start(balancer)
        defer { machines.directory.close() }
        try await body(machines)
    }

    /// Adds clients that fetch one file after the other, for as long as the load goes on.
    private static func addClients(
        _ count: Int,
        of machines: Machines,
        to group: inout ThrowingTaskGroup<Void, any Error>,
        noting load: Load
    ) {
        for client in 0..<count {
            group.addTask {
                var turn = client
                while await load.goesOn {
                    let key = keys[turn % keys.count]
                    turn += 1
                    await load.note(try await machines.curl(path(key)), content)
                }
            }
        }
    }

    @Test(
        "All requests for one file go to one machine, which generates it once",
        arguments: Machines.Balancer.allCases
    )
    func oneMachine(balancer: Machines.Balancer) async throws {
        try await withMachines(balancer) { machines in
            var owners: Set<Int> = []
            for key in Self.keys {
                let path = Self.path(key)
                let whole = try await machines.curl(path)
                #expect(whole.exit == 0 && whole.status == 200 && whole.body == Self.content)
                let part = try await machines.curl(path, "-H", "Range: bytes=1000000-1000009")
                #expect(part.status == 206 && part.body == Self.content[1_000_000...1_000_009])
                #expect(try await machines.curl(path, "-I").status == 200)
                // What is put behind a link chooses no other file.
                for behind in ["&utm_source=mail&utm_medium=x", "&link-expires=1&link-signature=abc", "&fbclid=1&a=b"] {
                    #expect(try await machines.curl(path + behind).status == 200)
                }
                let generations = await machines.generations(of: key)
                #expect(generations.compactMap(\.self).sorted() == [0, 0, 1], "\(key): \(generations)")
                owners.formUnion(generations.indices.filter { generations[$0] == 1 })
            }
            #expect(owners.count > 1, "all files are on machine \(owners)")
        }
    }

    @Test(
        "When a machine dies under load nobody sees an error, and what it was sending resumes on another",
        arguments: Machines.Balancer.allCases
    )
    func oneDies(balancer: Machines.Balancer) async throws {
        try await withMachines(balancer) { machines in
            for key in Self.keys { #expect(try await machines.curl(Self.path(key)).status == 200) }
            // A long download, and the machine that it comes from.
            let length = 40_000_000
            let long = Self.path("long", length)
            let file = machines.directory.file("long.txt")
            let download = try machines.startCurl(long, ["--limit-rate", "4M", "--max-time", "900", "-o", file])
            #expect(await eventually { size(of: file) > 500_000 })
            // Stopped until its machine is dead, however long that takes.
            download.signal(SIGSTOP)
            let victim = try #require(await machines.generations(of: "long").firstIndex(of: 1))
            let load = Load()
            try await withThrowingTaskGroup(of: Void.self) { group in
                Self.addClients(6, of: machines, to: &group, noting: load)
                #expect(await eventually { await load.whole >= 12 })
                await machines.kill(victim)
                download.signal(SIGCONT)
                #expect(await download.status != 0, "a cut download looks whole")
                let before = await load.whole
                #expect(await eventually { await load.whole >= before + 36 })
                await load.end()
                try await group.waitForAll()
            }
            let errors = await load.errors
            #expect(errors == [])

            let tag = try #require(try await Transfer(download)["ETag"])
            let rest = try await machines.curl(long, "-C", "-", "-o", file)
            #expect(rest.exit == 0 && rest.status == 206 && rest["ETag"] == tag)
            #expect(FileManager.default.contents(atPath: file) == numberedLines(length))
            for key in Self.keys + ["long"] {
                let path = key == "long" ? long : Self.path(key)
                #expect(try await machines.curl(path, "-r", "0-9").status == 206)
                let generations = await machines.generations(of: key)
                #expect(generations[victim] == nil)
                #expect(generations.compactMap(\.self).sorted() == [0, 1], "\(key): \(generations)")
            }
        }
    }

    @Test(
        "Machines that are restarted one after the other under load lose no download",
        arguments: Machines.Balancer.allCases
    )
    func allAreRestarted(balancer: Machines.Balancer) async throws {
        try await withMachines(balancer) { machines in
            for key in Self.keys { #expect(try await machines.curl(Self.path(key)).status == 200) }
            let load = Load()
            try await withThrowingTaskGroup(of: Void.self) { group in
                Self.addClients(4, of: machines, to: &group, noting: load)
                for machine in 0..<Machines.count {
                    let before = await load.whole
                    #expect(await eventually { await load.whole >= before + 8 })
                    let files = machines.files(of: machine)
                    #expect(await machines.stop(machine) == 0)
                    try await machines.restart(machine)
                    #expect(machines.files(of: machine) >= files)
                }
                await load.end()
                try await group.waitForAll()
            }
            let errors = await load.errors
            #expect(errors == [])
            #expect(await load.cut == 0)
        }
    }
}

private func size(of file: String) -> Int {
    (try? FileManager.default.attributesOfItem(atPath: file)[.size] as? Int) ?? 0
}

/// What clients saw.
private actor Load {
    private(set) var goesOn = true
    private(set) var whole = 0
    /// Downloads that failed visibly after their first byte.
    private(set) var cut = 0
    private(set) var errors: [String] = []

    func end() { goesOn = false }

    func note(_ transfer: Transfer, _ content: Data) {
        if transfer.exit == 0, transfer.status == 200, transfer.body == content {
            whole += 1
        } else if transfer.exit != 0, transfer.status == 200, transfer.body == content.prefix(transfer.body.count) {
            cut += 1
        } else {
            errors.append("exit \(transfer.exit), \(transfer.body.count) bytes: \(transfer.head)")
        }
    }
}
