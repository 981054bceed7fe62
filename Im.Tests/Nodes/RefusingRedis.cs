using System.Reflection;
using StackExchange.Redis;

namespace Im.Tests.Nodes;

/// <summary>A real Redis that can be told to refuse every script as one does whose disk is full. What only reads goes on.</summary>
internal class RefusingRedis : DispatchProxy
{
    private const string Refusal = "return redis.error_reply('MISCONF Redis is configured to save RDB snapshots, but is unable to persist to disk.')";

    private object _redis = null!;
    private Func<bool> _refuses = null!;

    public static T Wrap<T>(T redis, Func<bool> refuses) where T : class
    {
        var proxy = Create<T, RefusingRedis>();
        ((RefusingRedis)(object)proxy)._redis = redis;
        ((RefusingRedis)(object)proxy)._refuses = refuses;
        return proxy;
    }

    protected override object? Invoke(MethodInfo? method, object?[]? arguments)
    {
        if (method!.Name == nameof(IDatabase.ScriptEvaluateAsync) && arguments![0] is string && _refuses())
            arguments = [Refusal, Array.Empty<RedisKey>(), Array.Empty<RedisValue>(), arguments[3]];
        var answer = method.Invoke(_redis, BindingFlags.DoNotWrapExceptions, null, arguments, null);
        return answer is IDatabase database ? Wrap(database, _refuses) : answer;
    }
}
