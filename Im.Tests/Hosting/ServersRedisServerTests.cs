using Im.Hosting.Embedded;

namespace Im.Tests.Hosting;

/// <summary>The suite on the machine's own Redis or Valkey; on Garnet once more where it has none.</summary>
public sealed class ServersRedisServerTests() : ServersRedisTests(
    Command.Find("redis-server") ?? Command.Find("valkey-server") ?? "garnet")
{
    [Theory]
    [InlineData("Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=4f8f8c6f", true)]
    [InlineData("Redis server v=6.2.0 sha=00000000:0 malloc=libc bits=64 build=0", true)]
    [InlineData("Redis server v=6.0.16 sha=00000000:0 malloc=jemalloc-5.2.1 bits=64 build=6d95e1af3a2c082a", false)]
    [InlineData("something else", false)]
    public async Task A_Redis_older_than_6_2_on_PATH_is_passed_over_and_that_is_said(string version, bool used)
    {
        using var folder = new ServersFolder();
        var program = folder["redis-server"];
        await File.WriteAllTextAsync(program, $"#!/bin/sh\necho '{version}'\n");
        File.SetUnixFileMode(program, (UnixFileMode)0b111_101_101);
        var said = new List<string>();

        Assert.Equal(used ? program : null, await RedisServer.FindAsync(folder.Path, said.Add, default));
        if (used) Assert.Empty(said);
        else Assert.Contains(version, Assert.Single(said));
    }
}
