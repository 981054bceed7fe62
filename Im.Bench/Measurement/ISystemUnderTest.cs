using System.Data.Common;
using System.Net.Sockets;
using Im.Bench.Load;
using StackExchange.Redis;

namespace Im.Bench.Measurement;

/// <summary>Where a system's figures stand in the table.</summary>
internal enum Column
{
    Im,
    SignalR,

    /// <summary>Another build of Im.</summary>
    Base,
}

/// <summary>Something that is measured.</summary>
internal interface ISystemUnderTest
{
    /// <summary>For messages.</summary>
    string Name { get; }

    Column Column { get; }
}

internal static class SystemUnderTestExtensions
{
    /// <summary>Does what only this system can make fail.</summary>
    /// <exception cref="LoadException">It failed; the exception names the system.</exception>
    public static async Task<T> BlameAsync<T>(this ISystemUnderTest system, Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception e) when (e is LoadException or DbException or RedisException or SocketException or TimeoutException)
        {
            throw new LoadException($"{system.Name}: {e.Message}", e) { System = system };
        }
    }
}
