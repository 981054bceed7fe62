using System.Runtime.InteropServices;

namespace Im.Bench.Load;

/// <summary>The calls of libc .NET does not offer, and those the load engine makes for itself: .NET's own sockets would cost more than the servers under test.</summary>
internal static unsafe partial class Posix
{
    public const int EpollIn = 1, EpollAdd = 1, EpollDelete = 2;
    public const int Again = 11, Interrupted = 4;
    public const int SigInt = 2, SigKill = 9;
    private const int DontWait = 0x40, NoSignal = 0x4000, CloseOnExec = 0x80000;

    // struct epoll_event is packed on x86-64 and nowhere else.
    private static readonly int EventBytes = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int DataOffset = EventBytes - 8;

    public static int CreateEpoll() => EpollCreate(CloseOnExec);

    public static int Watch(int epoll, int descriptor, long data)
    {
        var change = stackalloc byte[16];
        *(int*)change = EpollIn;
        *(long*)(change + DataOffset) = data;
        return EpollControl(epoll, EpollAdd, descriptor, change);
    }

    public static int Unwatch(int epoll, int descriptor)
    {
        var change = stackalloc byte[16];
        return EpollControl(epoll, EpollDelete, descriptor, change);
    }

    /// <summary>Waits for readable descriptors and returns how many; their data is in <paramref name="ready"/>.</summary>
    public static int Wait(int epoll, Span<long> ready, int timeoutMs)
    {
        var events = stackalloc byte[ready.Length * 16];
        var count = EpollWait(epoll, events, ready.Length, timeoutMs);
        for (var index = 0; index < count; index++)
            ready[index] = *(long*)(events + (index * EventBytes) + DataOffset);
        return count;
    }

    /// <summary>Bytes received; 0 at the end; -1 with <see cref="Marshal.GetLastPInvokeError"/>.</summary>
    public static int Receive(int descriptor, Span<byte> buffer)
    {
        fixed (byte* bytes = buffer)
            return (int)Recv(descriptor, bytes, buffer.Length, DontWait);
    }

    public static int Send(int descriptor, ReadOnlySpan<byte> data)
    {
        fixed (byte* bytes = data)
            return (int)Send(descriptor, bytes, data.Length, DontWait | NoSignal);
    }

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial int EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int EpollControl(int epoll, int operation, int descriptor, byte* change);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    private static partial int EpollWait(int epoll, byte* events, int maxEvents, int timeoutMs);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint Recv(int descriptor, byte* buffer, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static partial nint Send(int descriptor, byte* buffer, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "kill")]
    public static partial int Kill(int processId, int signal);
}
