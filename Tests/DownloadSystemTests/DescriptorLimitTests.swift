import DownloadSystem
import Glibc
import Testing

@Suite struct DescriptorLimitTests {
    @Test("The limit is the process's own, and a number near it shows that descriptors are scarce")
    func tellsScarcity() throws {
        var limit = rlimit()
        #expect(unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
        let current = DescriptorLimit.current
        #expect(current == Int(clamping: limit.rlim_cur))
        try #require(!DescriptorLimit.isSmall, "run the tests with ulimit -n 64 or more")
        // A sixteenth is left to others, 16 at least and 64 at most.
        let kept = min(64, max(16, current / 16))
        #expect(DescriptorLimit.isScarce(after: Int32(clamping: current - kept)))
        #expect(!DescriptorLimit.isScarce(after: Int32(clamping: current - kept - 1)))
        #expect(!DescriptorLimit.isScarce(after: 3))
    }

    @Test("There is room beside an open descriptor, and none beside a closed one")
    func findsRoom() throws {
        let pipe = try Pipe()
        #expect(DescriptorLimit.hasRoom(besides: pipe.reading.number))
        pipe.close()
        #expect(!DescriptorLimit.hasRoom(besides: -1))
    }
}
