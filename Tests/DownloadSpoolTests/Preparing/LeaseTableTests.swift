import Testing

@testable import DownloadSpool

@Suite struct LeaseTableTests {
    @Test("A lease ends when its time is over, unless it is renewed")
    func expires() {
        var table = LeaseTable<String, Int>()
        #expect(table.renew("a", with: 1, until: 100, isSame: ==) == nil)
        #expect(table.renew("b", with: 2, until: 150, isSame: ==) == nil)
        #expect(table.nextEnd == 100)
        #expect(table.expire(at: 99) == [])
        #expect(table.renew("a", with: 1, until: 200, isSame: ==) == nil)
        #expect(table.expire(at: 150) == [2])
        #expect(table.nextEnd == 200)
        #expect(table.expire(at: 200) == [1])
        #expect(table.isEmpty && table.nextEnd == nil)
    }

    @Test("Who wants it for a shorter time takes nothing from who wants it longer")
    func isNotShortened() {
        var table = LeaseTable<String, Int>()
        _ = table.renew("a", with: 1, until: 200, isSame: ==)
        _ = table.renew("a", with: 1, until: 100, isSame: ==)
        #expect(table.expire(at: 199) == [])
        #expect(table.expire(at: 200) == [1])
    }

    @Test("Another run takes the place of the one before")
    func isReplaced() {
        var table = LeaseTable<String, Int>()
        _ = table.renew("a", with: 1, until: 200, isSame: ==)
        #expect(table.renew("a", with: 2, until: 100, isSame: ==) == 1)
        #expect(table.expire(at: 100) == [2])
    }

    @Test("The lease of a run that has ended is gone, and no other's")
    func ends() {
        var table = LeaseTable<String, Int>()
        _ = table.renew("a", with: 1, until: 200, isSame: ==)
        #expect(table.remove("a") { $0 == 2 } == nil)
        #expect(table.remove("a") { $0 == 1 } == 1)
        #expect(!table.contains("a"))
    }
}
