namespace Im.Core.Limits;

/// <summary>Token buckets in Redis, shared by all processes. While Redis is away each process counts for itself: people can go on writing, and a flood meets the limit at each node.</summary>
public interface ISharedBuckets
{
    /// <summary>Takes tokens from the bucket of one <paramref name="owner"/>; null when there were enough, else nothing was taken and there will be enough after this time. One round trip.</summary>
    Task<TimeSpan?> TakeAsync(string kind, string owner, Rate rate, int tokens);
}
